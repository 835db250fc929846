ALTER TYPE stage ADD VALUE 'paused';
