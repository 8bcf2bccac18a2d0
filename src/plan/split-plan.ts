/** How many of the global connections 0 .. `connections` - 1 worker `worker` of `workers` owns: those g with g mod W = w. */
export function ownedConnections(connections: number, worker: number, workers: number): number {
  return Math.floor((connections - worker + workers - 1) / workers);
}

/** How many of the arrivals 0 .. `count` - 1 go to connections of `worker`: arrival i goes to connection i mod C. */
export function ownedArrivals(count: number, connections: number, worker: number, workers: number): number {
  const rounds = Math.floor(count / connections);
  const rest = count - rounds * connections;
  return rounds * ownedConnections(connections, worker, workers) + ownedConnections(rest, worker, workers);
}

/** Share `index` of `total` cut into `parts` as evenly as whole numbers allow; the shares add up to the total. */
export function evenShare(total: number, parts: number, index: number): number {
  return Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts);
}
