// Three assignments, and casts for the sign.
module forward_north (
    input  logic        south__valid,
    input  logic [29:0] south__payload,
    output logic        south__ready,
    output logic        north__valid,
    output logic [29:0] north__payload,
    input  logic        north__ready,
    output logic        local__valid,
    output logic [29:0] local__payload,
    input  logic        local__ready
);
  wire on = signed'(south__payload[17:9]) >= 9'sd1;
  assign {north__valid, local__valid} = {2{south__valid}} & {on, ~on};
  assign south__ready = south__valid & (on ? north__ready : local__ready);
  assign local__payload = south__payload;
  assign north__payload = {
    south__payload[29:18], 9'(south__payload[17:9] - 1), south__payload[8:0]
  };
endmodule
