// The types of the module that backend/tablets/made.py writes from sync/kinds.py when the server starts; the check holds it to them.

/** What sync/kinds.py says of one field. */
export interface Field {
  policy: "fact" | "clinical" | "demographic" | "set" | "counter" | "furthest" | "derived" | "latest";
  shape: "text" | "word" | "day" | "instant" | "whole" | "flag" | "ref";
  words: string[];
  to: string;
  required: boolean;
  characters_max: number;
  least: number;
  most: number;
}

export const KINDS: Record<string, { desk_only: boolean; fields: Record<string, Field> }>;
export const SCHEMA: number;
export const PROTOCOL_VERSION: number;
export const OPS_MOST: number;
export const BYTES_MOST: number;
export const OP_BYTES_MOST: number;
