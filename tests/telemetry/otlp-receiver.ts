import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { decodeOtlp } from "./otlp.ts";

const scalar = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.string().optional(),
  doubleValue: z.number().optional(),
});
const value = scalar.extend({
  arrayValue: z.object({ values: z.array(scalar) }).optional(),
});
const scalarOf = ({ stringValue, boolValue, intValue, doubleValue }: z.infer<typeof scalar>) =>
  stringValue ?? boolValue ?? doubleValue ?? Number(intValue);
const attributes = z.array(z.object({ key: z.string(), value })).transform((list) =>
  Object.fromEntries(
    list.map(({ key, value }) => {
      return [key, value.arrayValue?.values.map(scalarOf) ?? scalarOf(value)] as const;
    }),
  ),
);
const resource = z.object({ attributes });
const id = z.string().transform((text) => Buffer.from(text, "base64").toString("hex"));
/** Nanoseconds since 1970. */
const instant = z.string().transform(BigInt);

const spanSchema = z.object({
  traceId: id,
  spanId: id,
  parentSpanId: id.default(""),
  name: z.string(),
  kind: z.int().default(0),
  startTimeUnixNano: instant,
  endTimeUnixNano: instant,
  attributes,
  links: z.array(z.object({ traceId: id, spanId: id })),
  status: z.object({ message: z.string().optional(), code: z.int().optional() }).optional(),
});

const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});

const numbers = z.object({
  dataPoints: z.array(
    z.object({ attributes, asDouble: z.number().optional(), asInt: z.string().default("0") }),
  ),
});
const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource,
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              unit: z.string().default(""),
              gauge: numbers.optional(),
              sum: numbers.optional(),
              histogram: z
                .object({
                  dataPoints: z.array(z.object({ attributes, count: z.string().default("0") })),
                })
                .optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof spanSchema> & {
  readonly resource: Readonly<Record<string, unknown>>;
};

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly points: readonly {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly value: number;
  }[];
}

/** What a collector does instead of taking what is sent. */
export type Misbehaviour = "hangs" | "fails" | "refuses" | "is slow";

/** A collector: it takes OTLP over HTTP in protobuf, and keeps what it has understood. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly metrics: ReceivedMetric[] = [];
  /** Requests that came, also those that were not answered well. */
  requests = 0;
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #misbehaviour: Misbehaviour | undefined;
  #problem: unknown;

  constructor(misbehaviour?: Misbehaviour) {
    this.#misbehaviour = misbehaviour;
  }

  /** @returns what `OTEL_EXPORTER_OTLP_ENDPOINT` has to be */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * @returns a trace's spans in the order in which they began: they arrive in another one, for each
   *   process sends its own when it likes
   */
  trace(id: string | undefined): ReceivedSpan[] {
    return this.spans
      .filter(({ traceId }) => traceId === id)
      .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
  }

  /** @throws what could not be understood */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#problem !== undefined) throw this.#problem;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    if (this.#misbehaviour === "hangs") return;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.#misbehaviour === "fails") return void response.writeHead(503).end();
    if (this.#misbehaviour === "refuses") return void response.writeHead(400).end();
    if (this.#misbehaviour === "is slow") await new Promise((resolve) => setTimeout(resolve, 1500));
    try {
      if (request.headers["content-type"] !== "application/x-protobuf") {
        throw new Error(`it is ${request.headers["content-type"]}`);
      }
      const body = Buffer.concat(parts);
      const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      if (request.url === "/v1/traces") this.#keepSpans(bytes);
      else if (request.url === "/v1/metrics") this.#keepMetrics(bytes);
      else throw new Error(`${request.url} is no place of OTLP`);
    } catch (error) {
      this.#problem ??= error;
    }
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  }

  #keepSpans(bytes: Uint8Array): void {
    for (const one of tracesSchema.parse(decodeOtlp("Traces", bytes)).resourceSpans) {
      const { attributes } = one.resource;
      const spans = one.scopeSpans.flatMap(({ spans }) => spans);
      this.spans.push(...spans.map((span) => ({ ...span, resource: attributes })));
    }
  }

  #keepMetrics(bytes: Uint8Array): void {
    for (const one of metricsSchema.parse(decodeOtlp("Metrics", bytes)).resourceMetrics) {
      const { attributes } = one.resource;
      for (const { name, unit, gauge, sum, histogram } of one.scopeMetrics.flatMap(
        ({ metrics }) => metrics,
      )) {
        const counted = (gauge ?? sum)?.dataPoints.map(({ attributes, asDouble, asInt }) => ({
          ...{ attributes, value: asDouble ?? Number(asInt) },
        }));
        const timed = histogram?.dataPoints.map(({ attributes, count }) => ({
          ...{ attributes, value: Number(count) },
        }));
        const points = counted ?? timed ?? [];
        this.metrics.push({ name, unit, resource: attributes, points });
      }
    }
  }
}
