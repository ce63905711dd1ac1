/** Why a provider does not work here, and what to do. */
export interface Obstacle {
  readonly reason: string;
  readonly hint?: string;
}
