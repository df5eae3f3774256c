/** What happens to a run as a whole, for those who manage it. */
export type RunEvent =
  | { readonly kind: "stop" }
  | { readonly kind: "resume" }
  /** Somebody asked the guest to power off. */
  | { readonly kind: "powerdown" }
  | { readonly kind: "reset"; readonly isByGuest: boolean }
  | {
      readonly kind: "shutdown";
      readonly isByGuest: boolean;
      /** In QEMU's words: `guest-shutdown`, `host-qmp-quit`, … */
      readonly reason: string;
    };
