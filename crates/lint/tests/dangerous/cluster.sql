-- finds: vacuum-full
CLUSTER funds USING funds_pkey;
