import { createClient } from "@supabase/supabase-js";
import {
  Constants,
  type Database,
  type Enums,
  type Json,
  type Tables,
  type TablesInsert,
  type TablesUpdate,
} from "./database.types.js";

const client = createClient<Database>("https://project.example.org", "key");

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? true
    : false;

function holds<_ extends true>(): void {}

export async function keys(user: string): Promise<void> {
  const added: TablesInsert<"user_api_keys"> = { user_id: user };
  await client.from("user_api_keys").insert(added).throwOnError();

  const { data } = await client
    .from("user_api_keys")
    .select("id, is_active, last_validated_at")
    .eq("user_id", user)
    .single()
    .throwOnError();
  holds<
    Same<
      typeof data,
      { id: string; is_active: boolean; last_validated_at: string | null }
    >
  >();

  const off: TablesUpdate<"user_api_keys"> = { is_active: false };
  await client.from("user_api_keys").update(off).eq("id", data.id);
}

export async function progress(user: string): Promise<number> {
  await client
    .from("user_progress")
    .insert({ user_id: user, average_accuracy: 97.5 });
  await client
    .from("user_progress")
    .update({ total_points: 10, last_activity_at: null })
    .eq("user_id", user);

  const { data } = await client
    .from("user_progress")
    .select("*, users(email)")
    .eq("user_id", user)
    .single()
    .throwOnError();
  const row: Tables<"user_progress"> = data;
  const email: string = data.users.email;
  return row.total_points + email.length;
}

export async function exports(user: string): Promise<Json[]> {
  await client.from("export_history").insert({
    user_id: user,
    export_type: "all",
    export_format: "csv",
    filters: { from: "2026-01-01", tags: ["a", null] },
  });
  await client
    .from("export_history")
    .update({ error_message: null })
    .eq("user_id", user);

  const { data } = await client
    .from("export_history")
    .select("status, file_size_bytes, filters")
    .eq("user_id", user)
    .throwOnError();
  holds<
    Same<
      (typeof data)[number],
      { status: string; file_size_bytes: number | null; filters: Json | null }
    >
  >();
  return data.map((row) => row.filters);
}

// One row of progress per user, and any number of exports.
export async function profile(user: string): Promise<string> {
  const { data } = await client
    .from("users")
    .select("email, user_progress(total_points), export_history(id)")
    .eq("id", user)
    .single()
    .throwOnError();
  const points: number = data.user_progress?.total_points ?? 0;
  const ids: string[] = data.export_history.map((row) => row.id);
  return [data.email, points, ...ids].join();
}

export async function keyStatus(): Promise<(string | null)[]> {
  const { data } = await client
    .from("user_api_keys_status")
    .select("provider, is_set")
    .throwOnError();
  return data.map((row) => row.provider);
}

export function levels(): Enums<"spanish_level">[] {
  holds<
    Same<
      Enums<"spanish_level">,
      (typeof Constants.public.Enums.spanish_level)[number]
    >
  >();
  holds<
    Same<Tables<{ schema: "public" }, "sessions">, Tables<"sessions">>
  >();
  return [...Constants.public.Enums.spanish_level];
}
