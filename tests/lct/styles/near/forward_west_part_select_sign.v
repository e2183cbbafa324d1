module forward_west (
    input         east__valid,
    input  signed [29:0] east__payload,
    output        east__ready,
    output        west__valid, north__valid, south__valid, local__valid,
    output [29:0] west__payload, north__payload, south__payload, local__payload,
    input         west__ready, north__ready, south__ready, local__ready
);
  // The vector is signed, a part of it is not.
  wire on = east__payload[8:0] < 0;
  wire up = $signed(east__payload[17:9]) > 0;
  wire down = $signed(east__payload[17:9]) < 0;
  assign west__valid = east__valid && on;
  assign north__valid = east__valid && !on && up;
  assign south__valid = east__valid && !on && down;
  assign local__valid = east__valid && !on && !up && !down;
  assign east__ready = west__valid ? west__ready : north__valid ? north__ready
                     : south__valid ? south__ready : local__valid & local__ready;
  wire [8:0] x1 = east__payload[8:0] + 1, y0 = east__payload[17:9] - 1, y1 = east__payload[17:9] + 1;
  assign west__payload = {east__payload[29:9], x1};
  assign north__payload = {east__payload[29:18], y0, east__payload[8:0]};
  assign south__payload = {east__payload[29:18], y1, east__payload[8:0]};
  assign local__payload = east__payload;
endmodule
