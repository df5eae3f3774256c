/** The first row of a table: columns of words, then columns of numbers. */
export function ColumnHeads({
  words,
  numbers,
}: {
  readonly words: readonly string[];
  readonly numbers: readonly string[];
}) {
  return (
    <thead>
      <tr>
        {words.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        {numbers.map((name) => (
          <th key={name} scope="col" className="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
