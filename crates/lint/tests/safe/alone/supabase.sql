create table public.profiles (id uuid primary key default gen_random_uuid(), updated_at timestamptz);
alter table public.profiles enable row level security;
create policy "own" on public.profiles for select using (true);
create function public.handle_new_user() returns trigger set search_path = '' language plpgsql security definer as $$ begin insert into public.profiles (id) values (gen_random_uuid()); return new; end; $$;
