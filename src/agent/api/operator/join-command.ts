/** How one more agent joins: on this machine, or on another one where that is allowed. */
export function joinCommand(grpcAddress: string, isInsecure: boolean) {
  const command = isInsecure
    ? `synod agent --insecure --grpc-addr ADDRESS:50101 --http-addr ADDRESS:8081 --peer ${grpcAddress}`
    : `synod agent --state-dir DIR --peer ${grpcAddress}`;
  return { command, grpcAddress, insecureNeeded: isInsecure };
}
