/** A number of instructions for people: "12,345", "4.56 million", "1.23 billion". */
export function millions(instructions: number): string {
  if (instructions < 1e6) return instructions.toLocaleString("en");
  const [size, name] = instructions < 1e9 ? [1e6, "million"] : [1e9, "billion"];
  const value = instructions / size;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${name}`;
}
