CREATE TABLE crm.contacts (
    id bigint PRIMARY KEY DEFAULT nextval('crm.loose_numbers'),
    firm_id integer NOT NULL REFERENCES public.firms (id),
    name public.label,
    mood crm.mood DEFAULT 'good',
    balance public.amount,
    seen_at timestamptz DEFAULT now()
);
CREATE INDEX contacts_firm_id_idx ON crm.contacts (firm_id);
CREATE TABLE crm.letters (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    contact_id bigint CONSTRAINT letters_contact_id_fkey REFERENCES crm.contacts (id) ON DELETE SET NULL,
    body text
);
CREATE VIEW public.open_funds AS SELECT id, slug, name FROM public.funds WHERE state = 'open';
CREATE VIEW public.named_funds AS SELECT slug, name FROM public.open_funds;
CREATE MATERIALIZED VIEW public.fund_totals AS
    SELECT fund_id, sum(amount) AS total FROM public.investments GROUP BY fund_id;
CREATE UNIQUE INDEX fund_totals_fund_id_idx ON public.fund_totals (fund_id);
CREATE INDEX fund_totals_total_idx ON public.fund_totals (total);
CREATE MATERIALIZED VIEW crm.busy_firms AS SELECT firm_id, count(*) AS contacts FROM crm.contacts GROUP BY firm_id;
CREATE TRIGGER funds_touch BEFORE UPDATE ON public.funds FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER contacts_touch AFTER INSERT ON crm.contacts FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE crm.letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY letters_all ON crm.letters USING (true);
CREATE RULE plain_no_delete AS ON DELETE TO public.plain DO ALSO NOTHING;
CREATE STATISTICS public.funds_stats ON region_id, firm_id FROM public.funds;
ALTER SEQUENCE public.ticket_numbers OWNED BY public.plain.c;
