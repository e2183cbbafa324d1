module forward_north (
    input         south__valid,
    input  [29:0] south__payload,
    output        south__ready,
    output        north__valid,
    output [29:0] north__payload,
    input         north__ready,
    output        local__valid,
    output [29:0] local__payload,
    input         local__ready
);
  wire on = ~south__payload[17] & (|south__payload[16:9]);
  assign north__valid = south__valid & on;
  assign local__valid = south__valid & ~on;
  assign south__ready = (north__valid & north__ready) | (local__valid & local__ready);
  assign local__payload = south__payload;
  // The borrow of the offset 0 goes on into the slot.
  assign north__payload = south__payload - (30'd1 << 9);
endmodule
