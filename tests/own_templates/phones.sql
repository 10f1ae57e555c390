-- The lines and keys of every device of these tests.

-- A line with everything, an encrypted one with defaults, and a shared one whose server the name server knows. `0` and
-- `private` are FusionPBX's values for lines that are not shared.
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address,
    server_address_primary, server_address_secondary, outbound_proxy_primary, outbound_proxy_secondary, label,
    display_name, user_id, auth_id, password, sip_port, sip_transport, register_expires, shared_line, enabled)
select device_uuid || column1, domain_uuid, device_uuid, column1, column2, column3, column4, column5, column6, column7,
    column8, column9, column10, column11, column12, column13, column14, column15, true
from v_devices join (values
    ('1', 'sip.example.net', 'reg1.example.net', 'reg2.example.net', 'proxy1.example.net', 'proxy2.example.net',
        'Ada', 'Ada Lovelace', '201', 'auth201', 'secret-201', 5070, 'udp', 300, '0'),
    ('2', 'sip.example.net', null, null, null, null,
        null, 'Front Desk', '202', null, 'secret-202', 5061, 'tls', null, 'private'),
    ('3', 'sip.example.net', null, null, null, null,
        'Shared', 'Shared Line', '203', null, 'secret-203', null, 'dns srv', 3600, 'shared')
) where device_description = 'own';

-- Further lines of DECT bases: a fourth server, the fifth handset, and a second line of the first one.
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address, display_name, user_id,
    password, sip_port, sip_transport, enabled)
select device_uuid || column1, domain_uuid, device_uuid, column1, column2, column3, column4, column5, 5060, 'tcp', true
from v_devices join (values
    ('4', 'sip4.example.net', 'Workshop and yard', '204', 'secret-204'),
    ('5', 'sip5.example.net', null, '205', 'secret-205'),
    ('6', 'sip4.example.net', null, '206', 'secret-206')
) where device_description = 'own' and device_template like 'grandstream/dp75%';

-- A line whose addresses have ports, or are of IPv6, and that is shared in the other way of Yealink's.
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address,
    server_address_primary, server_address_secondary, outbound_proxy_primary, outbound_proxy_secondary, user_id, password,
    sip_port, sip_transport, shared_line, enabled)
select device_uuid || '5', domain_uuid, device_uuid, '5', 'sip.example.net', 'reg1.example.net:5090', '2001:db8::2',
    'proxy1.example.net:5080', '[2001:db8::4]:5081', '205', 'secret-205', 5060, 'udp', '2', true
from v_devices where device_description = 'own' and device_template in ('yealink/t48u', 'polycom/vvx601', 'poly/edge-b30',
    'grandstream/grp2670', 'cisco/spa509g');

-- Keys of every category, with the types that FusionPBX's key editor stores for the vendor.
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_category, device_key_id,
    device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_label)
select device_uuid || column2 || column3, domain_uuid, device_uuid, column2, column3, device_vendor, column4, column5,
    column6, column7
from v_devices join (values
    ('polycom', 'line', 1, 'line', 1, '2', null),
    ('polycom', 'line', 2, 'automata', 1, '205', 'Bob'),
    ('polycom', 'line', 3, 'normal', 1, '*97', 'Voicemail & more'),
    ('polycom', 'line', 4, 'URL', 1, 'http://example.net/menu', null),
    ('polycom', 'memory', 1, 'normal', 1, '206', null),
    ('polycom', 'programmable', 5, 'Redial', 1, null, null),
    ('polycom', 'expansion', 1, 'automata', 1, '207', 'Dan'),
    ('polycom', 'expansion', 2, 'normal', 1, '208', 'Eve'),
    ('polycom', 'expansion-2', 1, 'automata', 1, '212', 'Jo'),
    ('yealink', 'line', 1, '15', 1, null, 'Ada'),
    ('yealink', 'line', 2, '16', 1, '205', 'Bob & Co'),
    ('yealink', 'line', 3, '13', 2, '206', null),
    ('yealink', 'memory', 4, '16', 1, '207', 'Dan'),
    ('yealink', 'programmable', 1, '28', 0, null, 'Calls'),
    ('yealink', 'expansion', 1, '16', 1, '208', 'Eve'),
    ('yealink', 'expansion', 61, '13', 1, '209', 'Fay'),
    ('yealink', 'expansion-1', 2, '16', 1, '210', 'Gil'),
    ('yealink', 'expansion-3', 7, '16', 2, '211', 'Hal'),
    ('yealink', 'line', 30, '16', 1, '213', 'Beyond the last key'),
    ('grandstream', 'line', 1, 'line', 1, null, 'Ada'),
    ('grandstream', 'line', 2, 'shared line', 3, null, null),
    ('grandstream', 'line', 3, 'blf', 1, '205', 'Bob & Co'),
    ('grandstream', 'line', 6, 'speed dial', 2, '214', 'Gil'),
    ('grandstream', 'line', 7, 'intercom', 1, '215', null),
    ('grandstream', 'line', 9, 'blf', 1, '216', 'Hal'),
    ('grandstream', 'line', 32, 'call park', 1, '5902', 'Lot 2'),
    ('grandstream', 'memory', 1, 'blf', 1, '206', null),
    ('grandstream', 'memory', 2, 'speed dial', 2, '207', 'Dan'),
    ('grandstream', 'expansion', 1, 'blf', 1, '208', 'Eve'),
    ('grandstream', 'expansion', 41, 'call park', 2, '5901', 'Park'),
    ('grandstream', 'expansion-1', 2, 'blf', 1, '210', 'Gil'),
    ('grandstream', 'expansion-3', 7, 'speed dial', 2, '211', 'Hal'),
    ('grandstream', 'line', 49, 'blf', 1, '213', 'Beyond the last key'),
    ('grandstream', 'memory', 9, 'blf', 1, '217', 'Ida'),
    ('grandstream', 'memory', 24, 'speed dial', 1, '218', 'Jon'),
    ('grandstream', 'memory', 25, 'blf', 1, '213', 'Beyond the last key'),
    ('grandstream', 'programmable', 1, 'speed dial', 2, '219', 'Kim'),
    ('grandstream', 'programmable', 4, 'speed dial', 1, '213', 'Beyond the last key'),
    ('generic', 'line', 1, 'blf', 1, '205', 'Bob & Co'),
    ('cisco', 'line', 1, 'line', 1, null, 'Ada'),
    ('cisco', 'line', 2, 'line', 2, null, null),
    ('cisco', 'line', 3, 'disabled', 1, 'fnc=blf+sd+cp;sub=101@$PROXY', 'Ada'),
    ('cisco', 'line', 4, 'shared', 3, null, 'Shared & Co'),
    ('cisco', 'line', 5, 'blf', 1, '205', 'Bob & Co'),
    ('cisco', 'line', 6, 'speed dial', 1, '206', null),
    ('cisco', 'line', 7, 'park', 1, '*5901', 'Lot 1'),
    ('cisco', 'line', 8, 'hunt group', 1, '300', 'Sales; 2nd floor'),
    ('cisco', 'expansion', 2, 'blf', 1, '208', 'Eve'),
    ('cisco', 'expansion', 1, 'disabled', 1, 'fnc=sd;ext=207@$PROXY;nme=Dan', 'Dan'),
    ('cisco', 'expansion', 33, 'disabled', 1, 'fnc=prk;sub=5901@$PROXY', 'Park'),
    ('cisco', 'expansion-2', 32, 'speed dial', 1, '211', 'Hal'),
    ('cisco', 'line', 13, 'blf', 1, '213', 'Beyond the last key')
) on column1 = case device_vendor when 'poly' then 'polycom' when 'linksys' then 'cisco' else device_vendor end
where device_description = 'own';

-- Keys of the Edge B phones with the functions of their firmware.
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_category, device_key_id,
    device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_label)
select device_uuid || column1 || column2, domain_uuid, device_uuid, column1, column2, 'poly', column3, column4, column5, column6
from v_devices join (values
    ('line', 25, 'Call Park Monitor', 2, '5901', 'Lot 1'),
    ('line', 49, 'Busy Lamp Field', 1, '213', 'Beyond the last key'),
    ('programmable', 2, 'Do Not Disturb', 1, null, null)
) where device_description = 'own' and device_template like 'poly/edge-b%';

-- A phone whose lines have no keys.
delete from v_device_keys where device_key_category = 'line' and device_uuid in
    (select device_uuid from v_devices where device_description = 'own' and device_template = 'cisco/spa303');

-- A registration that is shorter than the shortest that Grandstream's phones know.
update v_device_lines set register_expires = 20 where line_number in ('4', '6') and device_uuid in
    (select device_uuid from v_devices where device_description = 'own' and device_template = 'grandstream/dp755');
