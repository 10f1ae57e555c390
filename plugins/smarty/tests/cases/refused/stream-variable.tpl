{$data:x}
