export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  public: {
    Tables: {
      books: {
        Row: {
          "2nd title": string | null
          book_id: number
          cover: string | null
          extra: Json | null
          genre: Database["public"]["Enums"]["genre"]
          isbn: string
          other_marks: Database["public"]["Enums"]["shelf_mark"][] | null
          place: Database["public"]["CompositeTypes"]["place"] | null
          price: number
          shelf_mark: Database["public"]["Enums"]["shelf_mark"]
          tags: string[]
          weight: number | null
          with_tax: number | null
        }
        Insert: {
          "2nd title"?: string | null
          book_id?: number
          cover?: string | null
          extra?: Json | null
          genre: Database["public"]["Enums"]["genre"]
          isbn: string
          other_marks?: Database["public"]["Enums"]["shelf_mark"][] | null
          place?: Database["public"]["CompositeTypes"]["place"] | null
          price: number
          shelf_mark: Database["public"]["Enums"]["shelf_mark"]
          tags?: string[]
          weight?: number | null
          with_tax?: never
        }
        Update: {
          "2nd title"?: string | null
          book_id?: number
          cover?: string | null
          extra?: Json | null
          genre?: Database["public"]["Enums"]["genre"]
          isbn?: string
          other_marks?: Database["public"]["Enums"]["shelf_mark"][] | null
          place?: Database["public"]["CompositeTypes"]["place"] | null
          price?: number
          shelf_mark?: Database["public"]["Enums"]["shelf_mark"]
          tags?: string[]
          weight?: number | null
          with_tax?: never
        }
        Relationships: []
      }
      cards: {
        Row: {
          expires_at: string | null
          issued_on: string
          opens: string
          seen_from: string | null
          user_id: string
        }
        Insert: {
          expires_at?: string | null
          issued_on: string
          opens: string
          seen_from?: string | null
          user_id: string
        }
        Update: {
          expires_at?: string | null
          issued_on?: string
          opens?: string
          seen_from?: string | null
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "cards_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: true
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      events: {
        Row: {
          happened_on: string
        }
        Insert: {
          happened_on: string
        }
        Update: {
          happened_on?: string
        }
        Relationships: []
      }
      fines: {
        Row: {
          book_id: number
          former: number | null
          id: number
          lent_on: string
        }
        Insert: {
          book_id: number
          former?: number | null
          id: number
          lent_on: string
        }
        Update: {
          book_id?: number
          former?: number | null
          id?: number
          lent_on?: string
        }
        Relationships: [
          {
            foreignKeyName: "fines_former_fkey"
            columns: ["former"]
            isOneToOne: false
            referencedRelation: "fines"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "fines_loan_fkey"
            columns: ["lent_on", "book_id"]
            isOneToOne: false
            referencedRelation: "loaned books"
            referencedColumns: ["lent_on", "book_id"]
          },
        ]
      }
      "loaned books": {
        Row: {
          book_id: number
          lent_on: string
          user_id: string | null
        }
        Insert: {
          book_id: number
          lent_on: string
          user_id?: string | null
        }
        Update: {
          book_id?: number
          lent_on?: string
          user_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "loans_book_fkey"
            columns: ["book_id"]
            isOneToOne: false
            referencedRelation: "books"
            referencedColumns: ["book_id"]
          },
          {
            foreignKeyName: "loans_user_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      users: {
        Row: {
          active: boolean
          email: string
          id: string
          number: number
        }
        Insert: {
          active?: boolean
          email: string
          id: string
          number?: never
        }
        Update: {
          active?: boolean
          email?: string
          id?: string
          number?: never
        }
        Relationships: []
      }
    }
    Views: {
      active_users: {
        Row: {
          email: string | null
          id: string | null
          one: number | null
        }
        Insert: {
          email?: string | null
          id?: string | null
          one?: never
        }
        Update: {
          email?: string | null
          id?: string | null
          one?: never
        }
        Relationships: []
      }
      loan_counts: {
        Row: {
          loans: number | null
          user_id: string | null
        }
        Relationships: []
      }
      tag_list: {
        Row: {
          tag: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      book_count: {
        Args: never
        Returns: number
      }
      books_of: {
        Args: { at_most?: number; wanted: Database["public"]["Enums"]["genre"] }
        Returns: Database["public"]["Tables"]["books"]["Row"][]
      }
      doubled: {
        Args: { amount: number }
        Returns: number
      }
      forget: {
        Args: { "": number }
        Returns: undefined
      }
      prices: {
        Args: { first_book: number; in_words?: boolean; last_book: number }
        Returns: {
          book_id: number
          price: number
        }[]
      }
      split: {
        Args: { whole: string }
        Returns: {
          head: string
          tail: string
        }
      }
    }
    Enums: {
      genre: "novel" | "poetry" | "a \"quoted\" \\ label"
      shelf_mark:
        | "ground floor, first room"
        | "ground floor, second room"
        | "upper floor, first room"
    }
    CompositeTypes: {
      place: {
        room: string | null
        shelf: number | null
      }
    }
  }
}

type PublicSchema = Database["public"]

type Relations = PublicSchema["Tables"] & PublicSchema["Views"]

type InSchema = { schema: keyof Database }

type Choice<First, Second> = First extends InSchema ? Second : First

type Member<Members, Name, Part extends string> = Name extends keyof Members
  ? Members[Name] extends { [_ in Part]: infer Found }
    ? Found
    : never
  : never

export type Tables<
  Name extends keyof Relations | InSchema,
  NameInSchema extends Name extends InSchema
    ? keyof Relations
    : never = never,
> = Member<Relations, Choice<Name, NameInSchema>, "Row">

export type TablesInsert<
  Name extends keyof PublicSchema["Tables"] | InSchema,
  NameInSchema extends Name extends InSchema
    ? keyof PublicSchema["Tables"]
    : never = never,
> = Member<PublicSchema["Tables"], Choice<Name, NameInSchema>, "Insert">

export type TablesUpdate<
  Name extends keyof PublicSchema["Tables"] | InSchema,
  NameInSchema extends Name extends InSchema
    ? keyof PublicSchema["Tables"]
    : never = never,
> = Member<PublicSchema["Tables"], Choice<Name, NameInSchema>, "Update">

export type Enums<
  Name extends keyof PublicSchema["Enums"] | InSchema,
  NameInSchema extends Name extends InSchema
    ? keyof PublicSchema["Enums"]
    : never = never,
> = PublicSchema["Enums"][Extract<
  Choice<Name, NameInSchema>,
  keyof PublicSchema["Enums"]
>]

export type CompositeTypes<
  Name extends keyof PublicSchema["CompositeTypes"] | InSchema,
  NameInSchema extends Name extends InSchema
    ? keyof PublicSchema["CompositeTypes"]
    : never = never,
> = PublicSchema["CompositeTypes"][Extract<
  Choice<Name, NameInSchema>,
  keyof PublicSchema["CompositeTypes"]
>]

export const Constants = {
  public: {
    Enums: {
      genre: ["novel", "poetry", "a \"quoted\" \\ label"],
      shelf_mark: [
        "ground floor, first room",
        "ground floor, second room",
        "upper floor, first room",
      ],
    },
  },
} as const
