/** What outlives a checkout. */
export const machineCache: string;
