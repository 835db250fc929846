import type { FC } from "react";
import { schema } from "../db";

type Person = { phone: string; note?: string };

export const Card: FC<{ person: Person }> = ({ person }) => (
  <div title={person.note}>
    <a href={`tel:${person.phone}`}>{person.phone}</a>
  </div>
);

export const fields = { phone: schema.customers.phone }; // USE customers.phone
