-- A shop that Satchel knows nothing of. Whatever is Ana's says 'ana', whatever is Bo's says 'bo', secrets say 'SECRET'.
ALTER TABLE public.users ADD COLUMN password_hash text, ADD COLUMN phone text;

CREATE TYPE public.order_status AS ENUM ('placed', 'paid', 'sent');
CREATE TYPE public.size AS (width integer, height integer);
CREATE DOMAIN public.stars AS smallint CHECK (VALUE BETWEEN 1 AND 5);

CREATE TABLE public.categories (
    id     integer PRIMARY KEY,
    parent integer REFERENCES public.categories (id),
    title  text NOT NULL
);
CREATE TABLE public.products (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category integer REFERENCES public.categories (id),
    title    text NOT NULL,
    price    numeric(10, 2) NOT NULL,
    photo    bytea
);
CREATE TABLE public.addresses (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    street  varchar(200) NOT NULL,
    place   point,
    lived   daterange
);
CREATE TABLE public.orders (
    shop      smallint NOT NULL,
    number    bigint NOT NULL,
    customer  uuid REFERENCES public.users (id) ON DELETE SET NULL,
    status    public.order_status NOT NULL DEFAULT 'placed',
    placed_at timestamptz NOT NULL,
    total     numeric(10, 2) NOT NULL,
    gross     numeric(12, 4) GENERATED ALWAYS AS (total * 1.21) STORED,
    ip        inet,
    note      text,
    PRIMARY KEY (shop, number)
);
CREATE TABLE public.order_items (
    shop     smallint NOT NULL,
    number   bigint NOT NULL,
    line     smallint NOT NULL,
    product  bigint NOT NULL REFERENCES public.products (id),
    quantity integer NOT NULL,
    engraved text,
    boxes    public.size[],
    PRIMARY KEY (shop, number, line),
    FOREIGN KEY (shop, number) REFERENCES public.orders (shop, number) ON DELETE CASCADE
);
CREATE TABLE public.shipments (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    of_shop smallint NOT NULL,
    of_number bigint NOT NULL,
    address uuid REFERENCES public.addresses (id),
    carrier text NOT NULL,
    weight  real,
    sent_at timestamp,
    took    interval,
    FOREIGN KEY (of_shop, of_number) REFERENCES public.orders (shop, number) ON DELETE CASCADE
);
CREATE TABLE public.shipment_events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shipment uuid NOT NULL REFERENCES public.shipments (id) ON DELETE CASCADE,
    at       timestamptz NOT NULL,
    payload  json,
    raw      bytea
);
CREATE TABLE public.wishlists (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    title   text NOT NULL
);
CREATE TABLE public.wishlist_products (
    wishlist uuid NOT NULL REFERENCES public.wishlists (id) ON DELETE CASCADE,
    product  bigint NOT NULL REFERENCES public.products (id) ON DELETE CASCADE,
    added    date NOT NULL,
    why      text,
    PRIMARY KEY (wishlist, product)
);
CREATE TABLE public.messages (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sender    uuid NOT NULL REFERENCES public.users (id),
    recipient uuid NOT NULL REFERENCES public.users (id),
    sent_at   timestamptz NOT NULL,
    body      text NOT NULL
);
CREATE TABLE public.reviews (
    author  uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    product bigint NOT NULL REFERENCES public.products (id),
    stars   public.stars NOT NULL,
    words   text NOT NULL,
    helpful double precision,
    scores  integer[],
    tags    text[],
    fits    public.size,
    extra   jsonb,
    PRIMARY KEY (author, product)
);
CREATE TABLE public.payment_methods (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    label      text NOT NULL,
    card_token text NOT NULL,
    card_print bytea NOT NULL,
    last_four  char(4) NOT NULL,
    token_count integer NOT NULL DEFAULT 0
);
CREATE TABLE public.carts (
    id        uuid PRIMARY KEY REFERENCES public.users (id) ON DELETE CASCADE,
    contents  jsonb NOT NULL,
    remind_at timetz
);
CREATE TABLE public.interests (
    user_id uuid NOT NULL,
    topic   text NOT NULL,
    weight  money
);
CREATE TABLE public."Order Notes" (
    "Id"      integer PRIMARY KEY,
    user_id   uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    dataset   text NOT NULL,
    "a ""b"": c" text,
    "true"    boolean
);

CREATE INDEX ON public.addresses (user_id);
CREATE INDEX ON public.orders (customer);
CREATE INDEX ON public.shipments (of_number, of_shop);
CREATE INDEX ON public.shipment_events (shipment);
CREATE INDEX ON public.wishlists (user_id);
CREATE INDEX ON public.messages (sender, sent_at);
CREATE INDEX ON public.messages (recipient);
CREATE INDEX ON public.payment_methods (user_id);
CREATE INDEX ON public.interests (user_id);
CREATE INDEX ON public."Order Notes" (user_id);

DO $do$
DECLARE
    rule record;
BEGIN
    FOR rule IN
        SELECT *
          FROM (VALUES
            ('categories', 'true'), ('products', 'true'),
            ('addresses', 'user_id = auth.uid()'),
            ('orders', 'customer = auth.uid()'),
            ('order_items', 'EXISTS (SELECT FROM public.orders AS o WHERE o.shop = order_items.shop AND o.number = order_items.number)'),
            ('shipments', 'EXISTS (SELECT FROM public.orders AS o WHERE o.shop = of_shop AND o.number = of_number)'),
            ('shipment_events', 'EXISTS (SELECT FROM public.shipments AS s WHERE s.id = shipment)'),
            ('wishlists', 'user_id = auth.uid()'),
            ('wishlist_products', 'EXISTS (SELECT FROM public.wishlists AS w WHERE w.id = wishlist)'),
            ('messages', 'auth.uid() IN (sender, recipient)'),
            ('reviews', 'true'),
            ('payment_methods', 'user_id = auth.uid()'),
            ('carts', 'id = auth.uid()'),
            ('interests', 'user_id = auth.uid()'),
            ('Order Notes', 'user_id = auth.uid()')) AS rule (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', rule.name);
        EXECUTE format('CREATE POLICY own ON public.%I FOR SELECT TO authenticated USING (%s)', rule.name, rule.condition);
        EXECUTE format('GRANT SELECT ON public.%I TO authenticated', rule.name);
    END LOOP;
END
$do$;

INSERT INTO public.users (id, email, username, password_hash, phone) VALUES
    ('aaaaaaaa-0000-4000-8000-000000000001', 'ana@example.org', 'ana', 'SECRET', '+34 ana'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'bo@example.org', 'bo', 'SECRET', '+34 bo');
INSERT INTO public.categories VALUES (1, NULL, 'things'), (2, 1, 'cups');
INSERT INTO public.products (category, title, price, photo) VALUES (2, 'cup', 9.99, '\x01'), (2, 'mug', 12, NULL);

DO $do$
DECLARE
    person  record;
    address uuid;
    parcel  uuid;
    list    uuid;
BEGIN
    FOR person IN SELECT id, username AS who, row_number() OVER (ORDER BY id)::integer AS n FROM public.users WHERE username IN ('ana', 'bo')
    LOOP
        FOR i IN 1..3 LOOP
            INSERT INTO public.addresses (user_id, street, place, lived)
            VALUES (person.id, person.who || ' address ' || i, point(i, 2.5), daterange('2020-01-01', NULL)) RETURNING id INTO address;
            INSERT INTO public.orders (shop, number, customer, status, placed_at, total, ip, note)
            VALUES (person.n, i, person.id, 'paid', timestamptz '2026-01-01 10:00+00' + i * interval '1 day', 10.10 * i,
                    '192.0.2.1', person.who || ' order ' || i);
            INSERT INTO public.order_items
            SELECT person.n, i, line, line, 2, person.who || ' item ' || i || '.' || line, ARRAY[(1, 2)::public.size]
              FROM generate_series(1, 2) AS line;
            -- Bo sends something to Ana's address too, which makes the parcel no less Bo's alone.
            INSERT INTO public.shipments (of_shop, of_number, address, carrier, weight, sent_at, took)
            VALUES (person.n, i, (SELECT a.id FROM public.addresses AS a WHERE a.street LIKE 'ana%' LIMIT 1),
                    person.who || ' carrier ' || i, 0.1, '2026-01-05 12:00:00.5', '1 day 02:03:04') RETURNING id INTO parcel;
            INSERT INTO public.shipment_events (shipment, at, payload, raw)
            VALUES (parcel, '2026-01-06', json_build_object('seen', person.who || ' event ' || i), '\x00ff');
            INSERT INTO public.wishlists (user_id, title) VALUES (person.id, person.who || ' list ' || i) RETURNING id INTO list;
            INSERT INTO public.wishlist_products VALUES (list, 1, '2026-02-01', person.who || ' wish ' || i), (list, 2, '2026-02-02', NULL);
            INSERT INTO public.payment_methods (user_id, label, card_token, card_print, last_four)
            VALUES (person.id, person.who || ' card ' || i, 'SECRET', convert_to('SECRET', 'UTF8'), '1234');
            INSERT INTO public.interests VALUES (person.id, person.who || ' topic ' || i, 1.5::numeric::money);
            INSERT INTO public."Order Notes" VALUES (person.n * 10 + i, person.id, person.who || ' note ' || i, 'odd', true);
        END LOOP;
        INSERT INTO public.reviews
        VALUES (person.id, 1, 5, person.who || ' review', 0.1::float8 + 0.2, '{{1,2},{3,4}}', '{a,NULL}', (3, 4), '{"a": 1}');
        INSERT INTO public.carts VALUES (person.id, jsonb_build_object('who', person.who || ' cart'), '10:00+02');
    END LOOP;
END
$do$;
INSERT INTO public.messages (sender, recipient, sent_at, body) VALUES
    ('aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002', '2026-03-01', 'between both 1'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000001', '2026-03-02', 'between both 2'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'bbbbbbbb-0000-4000-8000-000000000002', '2026-03-03', 'bo talks to himself');
