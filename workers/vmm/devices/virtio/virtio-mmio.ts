import type { Bytes } from "../../base/units.ts";
import type { AccessWidth, Device, InterruptLine } from "../../bus/device.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { VirtioDevice } from "./virtio-device.ts";
import { virtioRegister as register } from "./virtio-registers.ts";
import { Virtqueue, type VirtqueueOwner, type VirtqueueState } from "./virtqueue.ts";

/** What a transport is attached to. */
export interface VirtioMmioResources<DeviceState> {
  readonly name: string;
  readonly irq: InterruptLine;
  readonly memory: GuestMemory;
  readonly device: VirtioDevice<DeviceState>;
  /** Whether packed rings are offered; QEMU does not either unless it is asked to. */
  readonly packed?: boolean;
  /** Hears of each notification by the driver, before the device does. */
  readonly onNotify?: (queue: number) => void;
}

export interface VirtioMmioState<DeviceState> {
  readonly status: number;
  readonly interruptStatus: number;
  readonly deviceFeaturesSelect: number;
  readonly driverFeaturesSelect: number;
  readonly driverFeaturesLow: number;
  readonly driverFeaturesHigh: number;
  readonly queueSelect: number;
  readonly queues: readonly VirtqueueState[];
  readonly device: DeviceState;
}

const magic = 0x7472_6976;
const version = 2;
const vendorId = 0x554d_4551;
const largestQueue = 1024;
const status = { driverOk: 0x04, featuresOk: 0x08, needsReset: 0x40 } as const;
const interrupt = { used: 1, config: 2 } as const;
const indirectFeature = 28;
const eventIndexFeature = 29;
const packedFeature = 34;
const version1Feature = 32;
const two32 = 2 ** 32;

/**
 * virtio over MMIO, version 2 (virtio 1.2, 4.2), with QEMU's vendor number and limits.
 *
 * ```
 * 000 magic "virt"   004 version 2       008 device type    00c vendor
 * 010 device features, selected by 014   020 driver features, selected by 024
 * 030 queue select   034 largest size    038 size           044 ready         050 notify
 * 060 interrupt status                   064 interrupt acknowledge
 * 070 status; writing 0 resets           080, 090, 0a0 descriptors, available, used (64 bits each)
 * 0b0 shared memory length: none         0fc configuration generation         100 configuration
 * ```
 * Registers are 4 bytes wide, the configuration space takes any width. FEATURES_OK is refused to a
 * driver that wants what is not offered. VERSION_1 need not be accepted: xv6 does not.
 */
export class VirtioMmio<DeviceState> implements Device<VirtioMmioState<DeviceState>> {
  readonly name: string;
  readonly #irq: InterruptLine;
  readonly #device: VirtioDevice<DeviceState>;
  readonly #onNotify: (queue: number) => void;
  readonly #offersPacked: boolean;
  readonly #queues: readonly Virtqueue[];
  #status = 0;
  #interruptStatus = 0;
  #deviceFeaturesSelect = 0;
  #driverFeaturesSelect = 0;
  #driverFeaturesLow = 0;
  #driverFeaturesHigh = 0;
  #queueSelect = 0;

  constructor(resources: VirtioMmioResources<DeviceState>) {
    this.name = resources.name;
    this.#irq = resources.irq;
    this.#device = resources.device;
    this.#onNotify = resources.onNotify ?? (() => {});
    this.#offersPacked = resources.packed ?? false;
    const owner = this.#queueOwner(resources.memory);
    this.#queues = Array.from({ length: resources.device.queues }, () => new Virtqueue(owner));
    this.#device.connect(this.#queues, {
      accepts: (feature) => this.#accepts(feature),
    });
  }

  /**
   * @param resources with the device restored from `state.device`
   *
   * Does not drive the interrupt line: its level is part of the controller's own state.
   */
  static restore<DeviceState>(
    resources: VirtioMmioResources<DeviceState>,
    state: VirtioMmioState<DeviceState>,
  ): VirtioMmio<DeviceState> {
    const transport = new VirtioMmio(resources);
    transport.#status = state.status;
    transport.#interruptStatus = state.interruptStatus;
    transport.#deviceFeaturesSelect = state.deviceFeaturesSelect;
    transport.#driverFeaturesSelect = state.driverFeaturesSelect;
    transport.#driverFeaturesLow = state.driverFeaturesLow;
    transport.#driverFeaturesHigh = state.driverFeaturesHigh;
    transport.#queueSelect = state.queueSelect;
    for (const [index, queue] of state.queues.entries()) {
      transport.#queues[index]?.restore(queue);
    }
    return transport;
  }

  read(offset: Bytes, width: AccessWidth): number {
    if (offset >= register.config) {
      return this.#device.readConfig(offset - register.config, width);
    }
    if (width !== 4) {
      return 0;
    }
    switch (offset) {
      case register.magic:
        return magic;
      case register.version:
        return version;
      case register.deviceId:
        return this.#device.deviceId;
      case register.vendorId:
        return vendorId;
      case register.deviceFeatures:
        return this.#offeredFeatures(this.#deviceFeaturesSelect);
      case register.queueSizeMax:
        return this.#selectedQueue === undefined ? 0 : largestQueue;
      case register.queueReady:
        return this.#selectedQueue?.ready ? 1 : 0;
      case register.interruptStatus:
        return this.#interruptStatus;
      case register.status:
        return this.#status;
      case register.sharedMemoryLengthLow:
      case register.sharedMemoryLengthHigh:
        return 0xffff_ffff;
      default:
        return 0;
    }
  }

  write(offset: Bytes, width: AccessWidth, value: number): void {
    if (width !== 4) {
      return;
    }
    switch (offset) {
      case register.queueNotify:
        this.#notify(value);
        break;
      case register.interruptAcknowledge:
        this.#interruptStatus &= ~value;
        this.#update();
        break;
      case register.deviceFeaturesSelect:
        this.#deviceFeaturesSelect = value;
        break;
      case register.driverFeaturesSelect:
        this.#driverFeaturesSelect = value;
        break;
      case register.driverFeatures:
        this.#writeDriverFeatures(value);
        break;
      case register.queueSelect:
        this.#queueSelect = value;
        break;
      case register.status:
        this.#writeStatus(value & 0xff);
        break;
      default:
        this.#writeQueue(offset, value);
    }
  }

  reset(): void {
    this.#resetDevice();
    this.#deviceFeaturesSelect = 0;
    this.#driverFeaturesSelect = 0;
    this.#queueSelect = 0;
  }

  save(): VirtioMmioState<DeviceState> {
    return {
      status: this.#status,
      interruptStatus: this.#interruptStatus,
      deviceFeaturesSelect: this.#deviceFeaturesSelect,
      driverFeaturesSelect: this.#driverFeaturesSelect,
      driverFeaturesLow: this.#driverFeaturesLow,
      driverFeaturesHigh: this.#driverFeaturesHigh,
      queueSelect: this.#queueSelect,
      queues: this.#queues.map((queue) => queue.save()),
      device: this.#device.save(),
    };
  }

  get #selectedQueue(): Virtqueue | undefined {
    return this.#queues[this.#queueSelect];
  }

  #queueOwner(memory: GuestMemory): VirtqueueOwner {
    const accepts = (feature: number) => this.#accepts(feature);
    return {
      memory,
      get hasEventIndex() {
        return accepts(eventIndexFeature);
      },
      get isPacked() {
        return accepts(packedFeature);
      },
      raiseUsed: () => {
        this.#interruptStatus |= interrupt.used;
        this.#update();
      },
      fail: () => this.#fail(),
    };
  }

  #accepts(feature: number): boolean {
    const word = feature < 32 ? this.#driverFeaturesLow : this.#driverFeaturesHigh;
    return ((word >>> (feature % 32)) & 1) !== 0;
  }

  #offeredFeatures(select: number): number {
    switch (select) {
      case 0:
        return (this.#device.features | (1 << indirectFeature) | (1 << eventIndexFeature)) >>> 0;
      case 1:
        return 2 ** (version1Feature - 32) + (this.#offersPacked ? 2 ** (packedFeature - 32) : 0);
      default:
        return 0;
    }
  }

  /** What the driver accepts is settled once FEATURES_OK stands. */
  #writeDriverFeatures(value: number): void {
    if ((this.#status & status.featuresOk) !== 0) {
      return;
    }
    if (this.#driverFeaturesSelect === 0) {
      this.#driverFeaturesLow = value;
    } else if (this.#driverFeaturesSelect === 1) {
      this.#driverFeaturesHigh = value;
    }
  }

  #writeStatus(value: number): void {
    if (value === 0) {
      this.#resetDevice();
      return;
    }
    const wanted = value & ~status.needsReset;
    const isRefused =
      (this.#driverFeaturesLow & ~this.#offeredFeatures(0)) !== 0 ||
      (this.#driverFeaturesHigh & ~this.#offeredFeatures(1)) !== 0;
    const accepted = isRefused ? wanted & ~status.featuresOk : wanted;
    this.#status = accepted | (this.#status & status.needsReset);
  }

  #writeQueue(offset: Bytes, value: number): void {
    const queue = this.#selectedQueue;
    if (queue === undefined) {
      return;
    }
    if (offset === register.queueReady) {
      queue.ready = value === 1 && queue.size > 0;
      return;
    }
    // Moving a live queue is against the rules and would only make the device read nonsense.
    if (queue.ready) {
      return;
    }
    switch (offset) {
      case register.queueSize:
        queue.size = value <= largestQueue ? value : 0;
        break;
      case register.descriptorsLow:
        queue.descriptors = withLow(queue.descriptors, value);
        break;
      case register.descriptorsHigh:
        queue.descriptors = withHigh(queue.descriptors, value);
        break;
      case register.availableLow:
        queue.available = withLow(queue.available, value);
        break;
      case register.availableHigh:
        queue.available = withHigh(queue.available, value);
        break;
      case register.usedLow:
        queue.used = withLow(queue.used, value);
        break;
      case register.usedHigh:
        queue.used = withHigh(queue.used, value);
        break;
    }
  }

  #notify(index: number): void {
    const queue = this.#queues[index];
    if (queue?.ready && (this.#status & status.needsReset) === 0) {
      this.#onNotify(index);
      this.#device.notify(index);
    }
  }

  #fail(): void {
    this.#status |= status.needsReset;
    if ((this.#status & status.driverOk) !== 0) {
      this.#interruptStatus |= interrupt.config;
      this.#update();
    }
  }

  #resetDevice(): void {
    this.#status = 0;
    this.#interruptStatus = 0;
    this.#driverFeaturesLow = 0;
    this.#driverFeaturesHigh = 0;
    for (const queue of this.#queues) {
      queue.reset();
    }
    this.#device.reset();
    this.#update();
  }

  #update(): void {
    this.#irq.setLevel(this.#interruptStatus !== 0);
  }
}

function withLow(address: number, low: number): number {
  return Math.floor(address / two32) * two32 + low;
}

/** Guest memory ends far below 2^53, so that bits which a double cannot hold only say "outside". */
function withHigh(address: number, high: number): number {
  return high * two32 + (address % two32);
}
