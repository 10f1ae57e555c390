[{"a{$no}b$no"}]
