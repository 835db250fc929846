export const = funds.name {
