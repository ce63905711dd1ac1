/** The variable by which a working process knows its supervisor: that one's process id. */
export const SUPERVISOR = "YOLO_COMPILE_SUPERVISOR";

/** Whether our parent is the supervisor, and not a process that it started. */
const isSupervised = (): boolean => process.env[SUPERVISOR] === String(process.ppid) && process.connected;

/** Tells the supervisor of a folder to remove should this process end before it does so itself. */
export function tellSupervisor(place: string): void {
  if (isSupervised()) process.send?.(place);
}

/** Ends this process with its supervisor, since nobody waits for its work then. */
export function endWithSupervisor(): void {
  if (!isSupervised()) return;
  process.on("disconnect", () => process.exit());
  process.channel?.unref();
}
