// For a mesh of few cores: offsets of four bits. Comparisons by magnitude against constants.
module from_local (
    input         core__valid,
    input  [19:0] core__payload,
    output        core__ready,
    output        east__valid,
    output [19:0] east__payload,
    input         east__ready,
    output        west__valid,
    output [19:0] west__payload,
    input         west__ready,
    output        north__valid,
    output [19:0] north__payload,
    input         north__ready,
    output        south__valid,
    output [19:0] south__payload,
    input         south__ready,
    output        local__valid,
    output [19:0] local__payload,
    input         local__ready
);
  wire [3:0] x = core__payload[3:0], y = core__payload[7:4];
  // 1 to 7 are positive, 8 to 15 negative
  wire xz = x == 0, yz = y == 0;
  assign east__valid = core__valid && (x - 4'd1) < 4'd7;
  assign west__valid = core__valid && x > 4'd7;
  assign north__valid = core__valid && xz && !yz && y < 4'd8;
  assign south__valid = core__valid && xz && y >= 4'd8;
  assign local__valid = core__valid && xz && yz;
  assign core__ready =
      east__valid ? east__ready :
      west__valid ? west__ready :
      north__valid ? north__ready :
      south__valid ? south__ready : (local__valid & local__ready);
  wire [3:0] xm = x - 4'd1, xp = x + 4'd1, ym = y - 4'd1, yp = y + 4'd1;
  assign east__payload = {core__payload[19:4], xm};
  assign west__payload = {core__payload[19:4], xp};
  assign north__payload = {core__payload[19:8], ym, x};
  assign south__payload = {core__payload[19:8], yp, x};
  assign local__payload = core__payload;
endmodule
