/** Beside a button that cannot be pressed now: why, to be read without pointing at it. Nothing where it can. */
export function WhyNot({ refusal }: { readonly refusal: string }) {
  return refusal === '' ? null : <span className="text-sm text-soft">Not now: {refusal}</span>;
}
