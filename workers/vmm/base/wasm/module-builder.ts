/**
 * Assembles a WebAssembly module (binary format 1.0, §5.5) from functions written with
 * `FunctionBuilder`. Every module imports the one shared machine memory as `env.memory`, and those
 * that call indirectly the function table as `env.table`; imported
 * functions are fields of `env` too and must be declared before the first own function.
 *
 *     const module = new ModuleBuilder();
 *     const report = module.import("report", ["i32"], []);
 *     module.function("twice", ["i32"], "i32", (f, x) => f.return(x.add(x)), { export: true });
 *     module.encode();
 */
import { ByteWriter } from "./byte-writer.ts";
import { type FunctionBody, FunctionBuilder, type Local } from "./function-builder.ts";
import { type I32, type Operand, Value, type ValueType } from "./value.ts";

const typeCode = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;

type Parameters<P extends readonly ValueType[]> = { [K in keyof P]: Local<P[K]> };
type Arguments<P extends readonly ValueType[]> = { [K in keyof P]: Operand<P[K]> };

/** A function that generated code may call. */
export interface Callee<P extends readonly ValueType[], R extends ValueType | undefined> {
  readonly index: number;
  readonly parameters: P;
  readonly result: R;
  /** The call as an expression; use `FunctionBuilder.do` where the result is not needed. */
  call(...operands: Arguments<P>): Value<R extends ValueType ? R : "i32">;
}

interface Definition {
  readonly typeIndex: number;
  body: FunctionBody | undefined;
}

export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes = new ByteWriter();
  readonly #imports: { name: string; typeIndex: number }[] = [];
  readonly #definitions: Definition[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #globals: ValueType[] = [];
  #importsTable = false;
  readonly #leastPages: number;
  readonly #mostPages: number;

  /** @param leastPages of the imported memory, of 64 KiB; and the most that it may have */
  constructor(leastPages: number, mostPages = leastPages) {
    this.#leastPages = leastPages;
    this.#mostPages = mostPages;
  }

  import<const P extends readonly ValueType[], R extends ValueType | undefined>(
    name: string,
    parameters: P,
    result: R,
  ): Callee<P, R> {
    if (this.#definitions.length > 0) throw new Error("imports come before functions");
    const index = this.#imports.push({ name, typeIndex: this.#type(parameters, result) }) - 1;
    return callee(index, parameters, result);
  }

  /** A call of the function at `index` in the imported function table, `env.table`. */
  callIndirect<const P extends readonly ValueType[], R extends ValueType>(
    parameters: P,
    result: R,
  ): (index: I32, ...operands: Arguments<P>) => Value<R> {
    this.#importsTable = true;
    const typeIndex = this.#type(parameters, result);
    return (index, ...operands) =>
      new Value(result, (code) => {
        emitOperands(code, parameters, operands);
        index.emit(code);
        code.byte(0x11);
        code.unsigned(typeIndex);
        code.unsigned(0);
      });
  }

  /** Declares a function whose body follows by `define`: for mutual recursion and call cycles. */
  declare<const P extends readonly ValueType[], R extends ValueType | undefined>(
    parameters: P,
    result: R,
  ): Callee<P, R> {
    const typeIndex = this.#type(parameters, result);
    const index = this.#imports.length + this.#definitions.length;
    this.#definitions.push({ typeIndex, body: undefined });
    return callee(index, parameters, result);
  }

  define<P extends readonly ValueType[], R extends ValueType | undefined>(
    target: Callee<P, R>,
    body: (f: FunctionBuilder, ...parameters: Parameters<P>) => void,
  ): void {
    const definition = this.#definitions[target.index - this.#imports.length];
    if (!definition || definition.body) throw new Error("a function is defined once");
    const builder = new FunctionBuilder(target.parameters);
    body(builder, ...(builder.parameters as unknown as Parameters<P>));
    definition.body = builder.encode(target.result !== undefined);
  }

  /** Declares and defines; exported under `exportName` when that is given. */
  function<const P extends readonly ValueType[], R extends ValueType | undefined>(
    parameters: P,
    result: R,
    body: (f: FunctionBuilder, ...parameters: Parameters<P>) => void,
    exportName?: string,
  ): Callee<P, R> {
    const target = this.declare(parameters, result);
    this.define(target, body);
    if (exportName !== undefined) this.export(exportName, target);
    return target;
  }

  /** The code of a function, for another module in which all that it calls has the same indices. */
  bodyOf(target: { readonly index: number }): FunctionBody {
    const body = this.#definitions[target.index - this.#imports.length]?.body;
    if (!body) throw new Error("a declared function has no body");
    return body;
  }

  /** A function whose code another module had. */
  encoded<const P extends readonly ValueType[], R extends ValueType | undefined>(
    parameters: P,
    result: R,
    body: FunctionBody,
  ): Callee<P, R> {
    const target = this.declare(parameters, result);
    (this.#definitions[target.index - this.#imports.length] as Definition).body = body;
    return target;
  }

  export(name: string, target: { readonly index: number }): void {
    this.#exports.push({ name, index: target.index });
  }

  /** A mutable module global, zero at first: a second result of a function, never guest state. */
  global<T extends ValueType>(type: T): { readonly index: number; get(): Value<T> } {
    const index = this.#globals.push(type) - 1;
    const get = () =>
      new Value(type, (code) => {
        code.byte(0x23);
        code.unsigned(index);
      });
    return { index, get };
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(out, 1, this.#types.length, (w) => w.bytes(this.#typeBytes.view()));
    const others = this.#importsTable ? 2 : 1;
    section(out, 2, this.#imports.length + others, (w) => {
      for (const { name, typeIndex } of this.#imports) {
        w.name("env");
        w.name(name);
        w.byte(0x00);
        w.unsigned(typeIndex);
      }
      w.name("env");
      w.name("memory");
      w.bytes([0x02, 0x03]);
      w.unsigned(this.#leastPages);
      w.unsigned(this.#mostPages);
      if (!this.#importsTable) return;
      w.name("env");
      w.name("table");
      w.bytes([0x01, 0x70, 0x00]);
      w.unsigned(0);
    });
    section(out, 3, this.#definitions.length, (w) => {
      for (const { typeIndex } of this.#definitions) w.unsigned(typeIndex);
    });
    section(out, 6, this.#globals.length, (w) => {
      for (const type of this.#globals) globalDefinition(w, type);
    });
    section(out, 7, this.#exports.length, (w) => {
      for (const { name, index } of this.#exports) {
        w.name(name);
        w.byte(0x00);
        w.unsigned(index);
      }
    });
    this.#encodeHints(out);
    section(out, 10, this.#definitions.length, (w) => {
      for (const { body } of this.#definitions) {
        if (!body) throw new Error("a declared function has no body");
        w.unsigned(body.bytes.length);
        w.bytes(body.bytes);
      }
    });
    return out.view().slice();
  }

  /** Branch hints (proposal *branch hinting*, now §7.2 of the appendix): a custom section before the code. */
  #encodeHints(out: ByteWriter): void {
    const hinted = this.#definitions.flatMap(({ body }, i) =>
      body && body.unlikely.length > 0 ? [{ index: this.#imports.length + i, body }] : [],
    );
    if (hinted.length === 0) return;
    const content = new ByteWriter();
    content.name("metadata.code.branch_hint");
    content.unsigned(hinted.length);
    for (const { index, body } of hinted) {
      content.unsigned(index);
      content.unsigned(body.unlikely.length);
      for (const offset of body.unlikely) {
        content.unsigned(offset);
        content.bytes([1, 0]);
      }
    }
    out.byte(0);
    out.sized(content);
  }

  #type(parameters: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${parameters.join(",")}>${result ?? ""}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#typeBytes.byte(0x60);
    this.#typeBytes.unsigned(parameters.length);
    for (const type of parameters) this.#typeBytes.byte(typeCode[type]);
    this.#typeBytes.unsigned(result ? 1 : 0);
    if (result) this.#typeBytes.byte(typeCode[result]);
    return this.#types.push(key) - 1;
  }
}

function callee<P extends readonly ValueType[], R extends ValueType | undefined>(
  index: number,
  parameters: P,
  result: R,
): Callee<P, R> {
  const call = (...operands: Operand<ValueType>[]) =>
    new Value((result ?? "i32") as ValueType, (code) => {
      emitOperands(code, parameters, operands);
      code.byte(0x10);
      code.unsigned(index);
    });
  return { index, parameters, result, call: call as Callee<P, R>["call"] };
}

function emitOperands(
  code: ByteWriter,
  parameters: readonly ValueType[],
  operands: readonly Operand<ValueType>[],
): void {
  parameters.forEach((type, i) => {
    const operand = operands[i];
    if (operand === undefined) throw new TypeError("an operand is missing");
    const value = operand instanceof Value ? operand : Value.constantOf(type, operand);
    if (value.type !== type) throw new TypeError(`operand ${i} is ${value.type}, not ${type}`);
    value.emit(code);
  });
}

function globalDefinition(w: ByteWriter, type: ValueType): void {
  w.bytes([typeCode[type], 0x01]);
  if (type === "f32" || type === "f64") throw new TypeError("globals are integers");
  Value.constantOf(type, 0).emit(w);
  w.byte(0x0b);
}

function section(out: ByteWriter, id: number, count: number, fill: (w: ByteWriter) => void): void {
  if (count === 0) return;
  const content = new ByteWriter();
  content.unsigned(count);
  fill(content);
  out.byte(id);
  out.sized(content);
}
