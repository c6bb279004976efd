-- Chipmunk, a library of rigid bodies: it calls a Lua function with a struct by value, which LuaJIT's own callbacks
-- cannot take.
local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
typedef struct cpVect { double x, y; } cpVect;
typedef struct cpBody cpBody;
typedef struct cpSpace cpSpace;
typedef void (*cpBodyVelocityFunc)(cpBody *body, cpVect gravity, double damping, double dt);
cpSpace *cpSpaceNew(void);
void cpSpaceSetGravity(cpSpace *space, cpVect gravity);
cpBody *cpSpaceAddBody(cpSpace *space, cpBody *body);
void cpSpaceStep(cpSpace *space, double dt);
void cpSpaceFree(cpSpace *space);
cpBody *cpBodyNew(double mass, double moment);
void cpBodySetVelocityUpdateFunc(cpBody *body, cpBodyVelocityFunc f);
void cpBodyUpdateVelocity(cpBody *body, cpVect gravity, double damping, double dt);
cpVect cpBodyGetPosition(const cpBody *body);
void cpBodyFree(cpBody *body);
]]
local chipmunk = ffi.load 'libchipmunk.so.7'

local balloon = chipmunk.cpBodyNew(1, 1)
local float = cbframe.cast('cpBodyVelocityFunc', function(body, gravity, damping, dt)
	chipmunk.cpBodyUpdateVelocity(body, { gravity.x, -gravity.y }, damping, dt) -- it falls upwards
end)
chipmunk.cpBodySetVelocityUpdateFunc(balloon, float.p)

local space = chipmunk.cpSpaceNew()
chipmunk.cpSpaceSetGravity(space, { 0, -10 })
chipmunk.cpSpaceAddBody(space, balloon)
for _ = 1, 60 do
	cbframe.call(chipmunk.cpSpaceStep, space, 1 / 60)
end
print(('after a second the balloon is at %.1f'):format(chipmunk.cpBodyGetPosition(balloon).y))

chipmunk.cpSpaceFree(space)
chipmunk.cpBodyFree(balloon)
float:free()
