insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ff01', 'yealink', 'yealink/desk', true),
    ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '001565c0ff02', 'yealink', 'yealink/broken', true),
    ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', '001565c0ff03', 'yealink', 'yealink/absent', true),
    ('de000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', '001565c0ff04', 'yealink', 'yealink/desk', false),
    ('de000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', '001565c0ff05', 'yealink', 'yealink/desk', true);
