import {
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  metrics,
} from "@opentelemetry/api";
import { type MetricName, type MetricRow, metricTable } from "../metrics.ts";

type OfInstrument<Kind extends MetricRow["instrument"]> = {
  [Name in MetricName]: (typeof metricTable)[Name]["instrument"] extends Kind ? Name : never;
}[MetricName];

type Observe = (value: number, attributes?: Attributes) => void;

/**
 * The instruments of the table, each made when it is first used. Made after the telemetry of the process was
 * started; without telemetry nothing comes of it.
 */
export class Instruments {
  readonly #meter: Meter = metrics.getMeter("trapline");
  readonly #counters = new Map<MetricName, Counter>();
  readonly #histograms = new Map<MetricName, Histogram>();

  /** Also with 0, so that there is a row before there is an event. */
  add(name: OfInstrument<"counter">, value: number, attributes: Attributes = {}): void {
    let counter = this.#counters.get(name);
    if (!counter) {
      counter = this.#meter.createCounter(name, optionsOf(metricTable[name]));
      this.#counters.set(name, counter);
    }
    counter.add(value, attributes);
  }

  record(name: OfInstrument<"histogram">, value: number, attributes: Attributes = {}): void {
    let histogram = this.#histograms.get(name);
    if (!histogram) {
      const row: MetricRow = metricTable[name];
      const advice = { explicitBucketBoundaries: [...(row.buckets ?? [])] };
      histogram = this.#meter.createHistogram(name, { ...optionsOf(row), advice });
      this.#histograms.set(name, histogram);
    }
    histogram.record(value, attributes);
  }

  /** @param look called whenever somebody wants to know */
  observe(
    name: OfInstrument<"gauge" | "updowncounter">,
    look: (observe: Observe) => void | Promise<void>,
  ): void {
    const row = metricTable[name];
    const level =
      row.instrument === "gauge"
        ? this.#meter.createObservableGauge(name, optionsOf(row))
        : this.#meter.createObservableUpDownCounter(name, optionsOf(row));
    level.addCallback((result) => look((value, attributes) => result.observe(value, attributes)));
  }

  /** A counter that somebody else keeps. */
  follow(name: OfInstrument<"counter">, look: (observe: Observe) => void): void {
    const counter = this.#meter.createObservableCounter(name, optionsOf(metricTable[name]));
    counter.addCallback((result) => look((value, attributes) => result.observe(value, attributes)));
  }
}

function optionsOf({ unit, description }: MetricRow) {
  return { unit, description };
}
