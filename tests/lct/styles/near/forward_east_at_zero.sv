module forward_east (
    input  logic        west__valid,
    input  logic [29:0] west__payload,
    output logic        west__ready,
    output logic        east__valid, north__valid, south__valid, local__valid,
    output logic [29:0] east__payload, north__payload, south__payload, local__payload,
    input  logic        east__ready, north__ready, south__ready, local__ready
);
  logic signed [8:0] dx, dy;
  assign {dy, dx} = west__payload[17:0];
  logic on;
  assign on = dx >= 0;
  assign east__valid  = west__valid && on;
  assign north__valid = west__valid && !on && dy > 0;
  assign south__valid = west__valid && !on && dy < 0;
  assign local__valid = west__valid && !on && dy == 0;
  assign west__ready = east__valid && east__ready || north__valid && north__ready
                    || south__valid && south__ready || local__valid && local__ready;
  always_comb begin
    east__payload = west__payload;
    north__payload = west__payload;
    south__payload = west__payload;
    local__payload = west__payload;
    east__payload[8:0] -= 9'd1;
    north__payload[17:9] -= 9'd1;
    south__payload[17:9] += 9'd1;
  end
endmodule
