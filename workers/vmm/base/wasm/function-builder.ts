/**
 * Writes one function body, statement by statement, in structured control flow.
 *
 *     f.loop((again) => {
 *       f.if(count.eqz(), () => f.return(sum));
 *       sum.set(sum.add(count));
 *       count.set(count.sub(1));
 *       f.branch(again);
 *     });
 */
import { ByteWriter } from "./byte-writer.ts";
import { type I32, type Operand, Value, type ValueType } from "./value.ts";

const typeCode = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
const storeOpcode = { i32: 0x36, i64: 0x37, f32: 0x38, f64: 0x39 } as const;
const narrowStoreOpcode = {
  i32: { 1: 0x3a, 2: 0x3b, 4: 0x36 },
  i64: { 1: 0x3c, 2: 0x3d, 4: 0x3e },
} as const;

/** A branch target: the end of a `block`, or the start of a `loop`. */
export interface Label {
  readonly depth: number;
}

/** A local variable; as a value it reads what was last set. */
export class Local<T extends ValueType> extends Value<T> {
  readonly index: number;
  readonly #code: ByteWriter;

  constructor(type: T, index: number, code: ByteWriter) {
    super(type, (out) => {
      out.byte(0x20);
      out.unsigned(index);
    });
    this.index = index;
    this.#code = code;
  }

  set(value: Operand<T>): void {
    const typed = value instanceof Value ? value : Value.constantOf(this.type, value);
    if (typed.type !== this.type) throw new TypeError(`${typed.type} set to a ${this.type} local`);
    typed.emit(this.#code);
    this.#code.byte(0x21);
    this.#code.unsigned(this.index);
  }

  /** Sets the local and is the value that was set, in one expression. */
  tee(value: Value<T>): Value<T> {
    return new Value(this.type, (out) => {
      value.emit(out);
      out.byte(0x22);
      out.unsigned(this.index);
    });
  }
}

/** A function as it stands in the code section. */
export interface FunctionBody {
  readonly bytes: Uint8Array;
  /** Where in it stand branches that are hardly ever taken. */
  readonly unlikely: readonly number[];
}

export class FunctionBuilder {
  readonly parameters: readonly Local<ValueType>[];
  readonly #code = new ByteWriter();
  readonly #locals: ValueType[] = [];
  readonly #unlikely: number[] = [];
  readonly #free: Record<ValueType, Local<ValueType>[]> = { i32: [], i64: [], f32: [], f64: [] };
  /** Locals bound in the innermost scope. */
  #scope: Local<ValueType>[] | undefined;
  #depth = 0;

  constructor(parameterTypes: readonly ValueType[]) {
    this.parameters = parameterTypes.map((type, i) => new Local(type, i, this.#code));
  }

  /**
   * What `let` binds in `body` is not needed behind it: its locals are used again. Functions of
   * thousands of locals are slow to compile, for every join of two ways looks at each of them.
   */
  scope(body: () => void): void {
    const outer = this.#scope;
    const own: Local<ValueType>[] = [];
    this.#scope = own;
    body();
    this.#scope = outer;
    for (const local of own) this.#free[local.type].push(local);
  }

  /** A new local, zero at first. */
  local<T extends ValueType>(type: T): Local<T> {
    const index = this.parameters.length + this.#locals.push(type) - 1;
    return new Local(type, index, this.#code);
  }

  /** Computes `value` here, once. */
  let<T extends ValueType>(value: Value<T>): Local<T> {
    const local = this.#temporary(value.type);
    local.set(value);
    return local;
  }

  /** A value that may be used twice: a constant as it is, any other computed here. */
  bind<T extends ValueType>(value: Value<T>): Value<T> {
    return value.constant === undefined ? this.let(value) : value;
  }

  /** Evaluates for the effect: a call without result, or with one that is dropped. */
  do(value: Value<ValueType>, hasResult = false): void {
    value.emit(this.#code);
    if (hasResult) this.#code.byte(0x1a);
  }

  store(address: I32, offset: number, value: Value<ValueType>): void {
    this.#store(address, offset, value, storeOpcode[value.type]);
  }

  /** Stores the low `width` bytes of an integer. */
  storeNarrow(address: I32, offset: number, value: Value<"i32"> | Value<"i64">, width: 1 | 2 | 4) {
    this.#store(address, offset, value, narrowStoreOpcode[value.type][width]);
  }

  setGlobal<T extends ValueType>(global: { readonly index: number }, value: Value<T>): void {
    value.emit(this.#code);
    this.#code.byte(0x24);
    this.#code.unsigned(global.index);
  }

  /** `memory.fill`: `length` bytes of `byte` from `address`. */
  fill(address: I32, byte: I32, length: I32): void {
    for (const value of [address, byte, length]) value.emit(this.#code);
    this.#code.bytes([0xfc, 0x0b, 0x00]);
  }

  block(body: (end: Label) => void): void {
    this.#structured(0x02, body);
  }

  loop(body: (again: Label) => void): void {
    this.#structured(0x03, body);
  }

  /** `if` whose condition hardly ever holds: its body is laid out away from what comes next. */
  ifUnlikely(condition: I32, whenTrue: () => void): void {
    if (condition.constant === undefined) {
      condition.emit(this.#code);
      this.#unlikely.push(this.#code.length);
      this.#structured(0x04, whenTrue);
      return;
    }
    if (condition.constant !== 0n) whenTrue();
  }

  if(condition: I32, whenTrue: () => void, whenFalse?: () => void): void {
    if (condition.constant !== undefined) {
      if (condition.constant !== 0n) whenTrue();
      else whenFalse?.();
      return;
    }
    condition.emit(this.#code);
    this.#code.bytes([0x04, 0x40]);
    this.#depth++;
    whenTrue();
    if (whenFalse) {
      this.#code.byte(0x05);
      whenFalse();
    }
    this.#depth--;
    this.#code.byte(0x0b);
  }

  branch(target: Label): void {
    this.#code.byte(0x0c);
    this.#code.unsigned(this.#depth - target.depth);
  }

  branchIf(condition: I32, target: Label): void {
    if (condition.constant !== undefined) {
      if (condition.constant !== 0n) this.branch(target);
      return;
    }
    condition.emit(this.#code);
    this.#code.byte(0x0d);
    this.#code.unsigned(this.#depth - target.depth);
  }

  branchTable(index: I32, targets: readonly Label[], otherwise: Label): void {
    index.emit(this.#code);
    this.#code.byte(0x0e);
    this.#code.unsigned(targets.length);
    for (const target of targets) this.#code.unsigned(this.#depth - target.depth);
    this.#code.unsigned(this.#depth - otherwise.depth);
  }

  return(value?: Value<ValueType>): void {
    value?.emit(this.#code);
    this.#code.byte(0x0f);
  }

  unreachable(): void {
    this.#code.byte(0x00);
  }

  /** `br_table` over `cases`, laid out in order: a case that does not leave falls into the next. */
  switch(index: I32, cases: readonly (() => void)[], otherwise: () => void): void {
    const labels: Label[] = [];
    const nest = (n: number): void =>
      this.block((label) => {
        labels[n] = label;
        if (n === 0) {
          this.branchTable(index, labels.slice(0, -1), labels.at(-1) as Label);
          return;
        }
        nest(n - 1);
        cases[n - 1]?.();
      });
    nest(cases.length);
    otherwise();
  }

  encode(hasResult: boolean): FunctionBody {
    if (this.#depth !== 0) throw new Error("a block is open at the function's end");
    const body = new ByteWriter();
    body.unsigned(this.#locals.length);
    for (const type of this.#locals) {
      body.unsigned(1);
      body.byte(typeCode[type]);
    }
    const unlikely = this.#unlikely.map((offset) => body.length + offset);
    body.bytes(this.#code.view());
    // Control never reaches the end of a function with a result: each way out is a return.
    if (hasResult) body.byte(0x00);
    body.byte(0x0b);
    return { bytes: body.view().slice(), unlikely };
  }

  #temporary<T extends ValueType>(type: T): Local<T> {
    if (!this.#scope) return this.local(type);
    const local = (this.#free[type].pop() as Local<T> | undefined) ?? this.local(type);
    this.#scope.push(local);
    return local;
  }

  #store(address: I32, offset: number, value: Value<ValueType>, opcode: number): void {
    address.emit(this.#code);
    value.emit(this.#code);
    this.#code.byte(opcode);
    this.#code.unsigned(0);
    this.#code.unsigned(offset);
  }

  #structured(opcode: number, body: (label: Label) => void): void {
    this.#code.byte(opcode);
    this.#code.byte(0x40);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.byte(0x0b);
  }
}
