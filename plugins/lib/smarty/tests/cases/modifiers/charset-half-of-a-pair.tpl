{("\xd8\x00"|from_charset:'UCS-2BE')|bin2hex}
