[{$this}]
