insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ff00', 'yealink', 'yealink/desk', true),
    ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '001565c0ff01', 'yealink', 'yealink/desk', true),
    ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', '001565c0ff02', 'yealink', 'yealink/desk', true);
update v_devices set device_provisioned_date = '2999-01-01 00:00:00+00', device_provisioned_ip = '203.0.113.7'
    where device_address in ('001565c0ff00', '001565c0ff01');
update v_devices set device_provisioned_ip = '203.0.113.8' where device_address = '001565c0ff01';
