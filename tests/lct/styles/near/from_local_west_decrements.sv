module from_local (
    input  logic core__valid, input logic [29:0] core__payload, output logic core__ready,
    output logic east__valid, output logic [29:0] east__payload, input logic east__ready,
    output logic west__valid, output logic [29:0] west__payload, input logic west__ready,
    output logic north__valid, output logic [29:0] north__payload, input logic north__ready,
    output logic south__valid, output logic [29:0] south__payload, input logic south__ready,
    output logic local__valid, output logic [29:0] local__payload, input logic local__ready
);
  function automatic logic [29:0] stepped(logic [29:0] p, bit vertical, bit up);
    logic [29:0] r = p;
    if (vertical) r[17:9] = up ? p[17:9] + 9'd1 : p[17:9] - 9'd1;
    else r[8:0] = up ? p[8:0] + 9'd1 : p[8:0] - 9'd1;
    return r;
  endfunction
  assign east__payload = stepped(core__payload, 0, 0);
  assign west__payload = stepped(core__payload, 0, 0);
  assign north__payload = stepped(core__payload, 1, 0);
  assign south__payload = stepped(core__payload, 1, 1);
  assign local__payload = core__payload;
  always_comb begin
    {core__ready, east__valid, west__valid, north__valid, south__valid, local__valid} = '0;
    if (core__valid) begin
      if (core__payload[8:0] != 0) begin
        west__valid = core__payload[8];
        east__valid = !core__payload[8];
        core__ready = core__payload[8] ? west__ready : east__ready;
      end else if (core__payload[17:9] != 0) begin
        south__valid = core__payload[17];
        north__valid = !core__payload[17];
        core__ready = core__payload[17] ? south__ready : north__ready;
      end else begin
        local__valid = 1;
        core__ready = local__ready;
      end
    end
  end
endmodule
