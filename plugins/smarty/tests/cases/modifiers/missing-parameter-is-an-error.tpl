{$v|default:}
