{$v|truncate} {'ééé ééé ééé'|truncate:7} {'漢字漢字漢字'|truncate:4:'…':true} {null|truncate:5}| {123456|truncate:4:''} {'one two'|truncate:6:'……'}
