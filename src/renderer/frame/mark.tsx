/** Three that agree. */
export function Mark({ size = 18 }: { readonly size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 18 18" className="text-accent">
      <path d="M9 3.5 3.8 13h10.4z" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <circle cx="9" cy="3.6" r="2.4" fill="currentColor" />
      <circle cx="3.6" cy="13.2" r="2.4" fill="currentColor" />
      <circle cx="14.4" cy="13.2" r="2.4" fill="currentColor" />
    </svg>
  );
}
