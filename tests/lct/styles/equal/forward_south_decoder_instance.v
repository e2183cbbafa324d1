// The decision in a module of its own, instantiated with a parameter for the direction.
module sign_test #(parameter WIDTH = 4, parameter NEGATIVE = 0) (
    input  [WIDTH-1:0] value,
    output             moves
);
  generate
    if (NEGATIVE) begin : below
      assign moves = value[WIDTH-1];
    end else begin : above
      assign moves = ~value[WIDTH-1] & (|value);
    end
  endgenerate
endmodule

module forward_south (
    input         north__valid,
    input  [29:0] north__payload,
    output        north__ready,
    output        south__valid,
    output [29:0] south__payload,
    input         south__ready,
    output        local__valid,
    output [29:0] local__payload,
    input         local__ready
);
  wire on;
  sign_test #(.WIDTH(9), .NEGATIVE(1)) test (.value(north__payload[17:9]), .moves(on));
  and a0 (south__valid, north__valid, on);
  and a1 (local__valid, north__valid, !on);
  assign north__ready = south__valid ? south__ready : local__valid ? local__ready : 1'b0;
  assign local__payload = north__payload;
  assign south__payload[8:0] = north__payload[8:0];
  assign south__payload[17:9] = north__payload[17:9] + 1;
  assign south__payload[29:18] = north__payload[29:18];
endmodule
