import protobuf from "protobufjs";

/**
 * The parts of OTLP that the tests look at, with the numbers that the protocol gives them. What is not
 * named here is passed over, as protobuf has it.
 *
 * @see opentelemetry-proto: trace/v1/trace.proto, metrics/v1/metrics.proto, common/v1/common.proto
 */
const definition = `
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes parent_span_id = 4;
  string name = 5;
  int32 kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  repeated Link links = 13;
  Status status = 15;
}
message ScopeSpans { repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Traces { repeated ResourceSpans resource_spans = 1; }

message NumberPoint {
  repeated KeyValue attributes = 7;
  double as_double = 4;
  sfixed64 as_int = 6;
}
message Numbers { repeated NumberPoint data_points = 1; }
message HistogramPoint {
  repeated KeyValue attributes = 9;
  fixed64 count = 4;
  double sum = 5;
}
message Histograms { repeated HistogramPoint data_points = 1; }
message Metric {
  string name = 1;
  string unit = 3;
  Numbers gauge = 5;
  Numbers sum = 7;
  Histograms histogram = 9;
}
message ScopeMetrics { repeated Metric metrics = 2; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Metrics { repeated ResourceMetrics resource_metrics = 1; }
`;

const { root } = protobuf.parse(definition, { keepCase: false });

/** @throws Error for bytes that are no such message */
export function decodeOtlp(message: "Traces" | "Metrics", bytes: Uint8Array): unknown {
  const type = root.lookupType(message);
  return type.toObject(type.decode(bytes), {
    longs: String,
    bytes: String,
    arrays: true,
  });
}
