import { startTestService, type TestService } from "../../integration/test-service.ts";
import { workingGuest } from "../../integration/working-guest.ts";
import { OtlpReceiver } from "../../telemetry/otlp-receiver.ts";
import { processorMilliseconds } from "../processor-time.ts";

const rounds = 15;
/** Some 25 million instructions each. */
const guest = workingGuest(20);
const settings = ["off", "off again", "a collector that takes all", "a collector that hangs"];

/** What a submission costs its worker, in milliseconds: the least of the rounds, for others only add to it. */
export interface TelemetryCost {
  readonly setting: string;
  /** Processor time of the worker, all threads. */
  readonly processor: number;
  /** Time of the guest and its monitor. */
  readonly running: number;
}

/** The same submission on services that differ in their telemetry only, in turns. */
export async function costOfTelemetry(): Promise<readonly TelemetryCost[]> {
  const receivers = [undefined, undefined, new OtlpReceiver(), new OtlpReceiver("hangs")];
  const services: TestService[] = [];
  try {
    for (const receiver of receivers) {
      const endpoint = receiver && (await receiver.listen());
      const variables = endpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      services.push(await startTestService(["node"], variables));
    }
    // Until all is compiled that will be.
    for (const service of services) await measure(service);
    const least = settings.map(() => ({ processor: Infinity, running: Infinity }));
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < settings.length; i++) {
        const turn = (round + i) % settings.length;
        const { processor, running } = await measure(services[turn] as TestService);
        const known = least[turn] as Measured;
        least[turn] = {
          processor: Math.min(known.processor, processor),
          running: Math.min(known.running, running),
        };
      }
    }
    return settings.map((setting, i) => ({ setting, ...(least[i] as Measured) }));
  } finally {
    for (const service of services) await service.stop();
    for (const receiver of receivers) receiver?.close();
  }
}

interface Measured {
  readonly processor: number;
  readonly running: number;
}

async function measure({ submit, ended, api, service }: TestService): Promise<Measured> {
  const [worker] = service.workers;
  const pid = worker?.pid ?? 0;
  const before = processorMilliseconds(pid);
  const id = await submit("work", guest);
  const { state } = await ended(id);
  const processor = processorMilliseconds(pid) - before;
  const time = (await api.exits(id))?.total.time;
  if (state !== "graded" || !time) throw new Error(`the submission is ${state}`);
  return { processor, running: (time.guest + time.monitor) / 1e6 };
}
