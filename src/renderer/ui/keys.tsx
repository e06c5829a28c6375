/** Keys that are pressed together or one after the other, as they stand on a keyboard. */
export function Keys({ keys }: { readonly keys: readonly string[] }) {
  return (
    <span className="inline-flex gap-1">
      {keys.map((key) => (
        <kbd key={key} className="h-5 min-w-5 rounded-sm border border-line-strong bg-sunken px-1 text-center text-sm">
          {key}
        </kbd>
      ))}
    </span>
  );
}
