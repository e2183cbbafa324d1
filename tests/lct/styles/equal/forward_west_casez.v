// Decision by casez over flags, outputs by a shift of one.
module forward_west (
    input         east__valid,
    input  [29:0] east__payload,
    output        east__ready,
    output        west__valid,
    output [29:0] west__payload,
    input         west__ready,
    output        north__valid,
    output [29:0] north__payload,
    input         north__ready,
    output        south__valid,
    output [29:0] south__payload,
    input         south__ready,
    output        local__valid,
    output [29:0] local__payload,
    input         local__ready
);
  reg [2:0] number;  // 0 west, 1 north, 2 south, 3 local, 4 none
  always @(*)
    casez ({east__valid, east__payload[8], east__payload[17], |east__payload[17:9]})
      4'b0???: number = 3'd4;
      4'b11??: number = 3'd0;
      4'b101?: number = 3'd2;
      4'b1001: number = 3'd1;
      default: number = 3'd3;
    endcase

  wire [7:0] chosen = 8'd1 << number;
  assign {local__valid, south__valid, north__valid, west__valid} = chosen[3:0];
  wire [4:0] readies = {1'b0, local__ready, south__ready, north__ready, west__ready};
  assign east__ready = number[2] ? 1'b0 : readies[number];

  wire [8:0] y = east__payload[17:9];
  wire [8:0] up = y - 9'd1, down = y + 9'd1, x = east__payload[8:0] + 9'd1;
  assign west__payload = {east__payload[29:9], x};
  assign north__payload = {east__payload[29:18], up, east__payload[8:0]};
  assign south__payload = {east__payload[29:18], down, east__payload[8:0]};
  assign local__payload = east__payload;
endmodule
