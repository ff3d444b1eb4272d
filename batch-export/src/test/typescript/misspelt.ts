import { createClient } from "@supabase/supabase-js";
import type { Database, Tables, TablesInsert } from "./database.types.js";

const client = createClient<Database>("https://project.example.org", "key");

// Every line that ends in the word refused must be, and no other.
export async function misspelt(user: string): Promise<unknown[]> {
  await client.from("user_api_keys").insert({ user_idd: user }); // refused
  await client.from("user_progress").insert({ user_id: user, points: 1 }); // refused
  await client.from("export_history").insert({ user_id: user }); // refused
  await client.from("user_api_keys").update({ active: true }); // refused
  await client.from("user_progress").update({ total_point: 1 }); // refused
  await client.from("export_history").update({ state: "failed" }); // refused
  await client.from("user_progress").update({ total_points: "1" }); // refused
  await client.from("user_progres").select(); // refused

  const keys = await client.from("user_api_keys").select("is_actve").single().throwOnError();
  const progress = await client.from("user_progress").select("total_point").single().throwOnError();
  const history = await client.from("export_history").select("fileurl").single().throwOnError();
  const right = await client.from("export_history").select("file_url").single().throwOnError();
  return [
    keys.data.is_actve, // refused
    progress.data.total_point, // refused
    history.data.fileurl, // refused
    right.data.file_url,
  ];
}

export const wrongTable = (row: Tables<"user_key">): unknown => row; // refused
export const wrongName: TablesInsert<"user_progress"> = { userId: "" }; // refused
