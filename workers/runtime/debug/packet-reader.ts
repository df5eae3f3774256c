/**
 * The transport of gdb's remote serial protocol, inbound: bytes in, packets and signals out.
 *
 *     $payload#hh    a packet; hh is the sum of the payload's bytes modulo 256, in hexadecimal
 *     }x             inside a payload: the byte x ^ 0x20
 *     + -            acknowledgement, and the wish to see the last packet again
 *     0x03           Ctrl-C: stop the guest
 *
 * Pure and total: whatever arrives, in whatever pieces, nothing throws and no more than one packet of
 * `largestPacket` bytes is kept.
 */
export type GdbInput =
  /** `payload` has one character for each byte. */
  | { readonly kind: "packet"; readonly payload: string }
  /** The sum is wrong, or the packet too long: the sender is asked to send it again. */
  | { readonly kind: "damaged" }
  | { readonly kind: "acknowledged" }
  | { readonly kind: "resend" }
  | { readonly kind: "interrupt" };

/** The longest payload as it is on the wire; told to gdb as `PacketSize`. */
export const largestPacket = 0x4000;

const [dollar, hash, escapeByte, plus, minus, controlC] = [0x24, 0x23, 0x7d, 0x2b, 0x2d, 0x03];
const escapeBit = 0x20;

type Place = "between" | "payload" | "escaped" | "first digit" | "second digit";

export class PacketReader {
  #place: Place = "between";
  #payload: number[] = [];
  #sum = 0;
  #wireBytes = 0;
  #digit: number | undefined;

  /** Takes the next bytes; gives what they complete, in order. */
  read(bytes: Uint8Array): GdbInput[] {
    return [...bytes].flatMap((byte) => this.#take(byte) ?? []);
  }

  #take(byte: number): GdbInput | undefined {
    // A dollar never stands inside a packet: what was under way is lost, and this one begins.
    if (byte === dollar) {
      this.#begin();
      return undefined;
    }
    switch (this.#place) {
      case "between":
        return outside(byte);
      case "payload":
      case "escaped":
        this.#takePayload(byte);
        return undefined;
      case "first digit":
        this.#digit = digitOf(byte);
        this.#place = "second digit";
        return undefined;
      case "second digit":
        return this.#end(digitOf(byte));
    }
  }

  #begin(): void {
    this.#place = "payload";
    this.#payload = [];
    this.#sum = 0;
    this.#wireBytes = 0;
  }

  #takePayload(byte: number): void {
    if (byte === hash) {
      this.#place = "first digit";
      return;
    }
    this.#sum = (this.#sum + byte) & 0xff;
    this.#wireBytes += 1;
    if (this.#wireBytes > largestPacket) return;
    if (this.#place === "escaped") {
      this.#payload.push(byte ^ escapeBit);
      this.#place = "payload";
    } else if (byte === escapeByte) {
      this.#place = "escaped";
    } else {
      this.#payload.push(byte);
    }
  }

  #end(low: number | undefined): GdbInput {
    const high = this.#digit;
    this.#place = "between";
    const isWhole = this.#wireBytes <= largestPacket;
    if (high === undefined || low === undefined || !isWhole || high * 16 + low !== this.#sum) {
      return { kind: "damaged" };
    }
    return { kind: "packet", payload: this.#payload.map((b) => String.fromCharCode(b)).join("") };
  }
}

function outside(byte: number): GdbInput | undefined {
  if (byte === plus) return { kind: "acknowledged" };
  if (byte === minus) return { kind: "resend" };
  return byte === controlC ? { kind: "interrupt" } : undefined;
}

function digitOf(byte: number): number | undefined {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? undefined : digit;
}
