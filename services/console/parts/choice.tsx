/** One of a few things that exclude each other, as buttons side by side. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}) {
  return (
    <fieldset className="choice">
      <legend className="unseen">{label}</legend>
      {Object.entries<string>(options).map(([key, text]) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === value}
          onClick={() => onChange(key as T)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
