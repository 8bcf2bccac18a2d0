/** Marks the answer of `GET /stats`, so that a client can tell a floodgate mock from any other server. */
export const mockStatsSchema = "floodgate.mock-stats/1";
