-- Another, which requires it anew.
describe('the second file', function()
	local cbframe = require 'cbframe'

	insulate('insulated', function()
		it('makes callbacks of other types', function()
			local cb = require('cbframe').cast('double (*)(double, const char *)', function(x) return x / 2 end)
			assert.are.equal(0.5, cbframe.call(cb.p, 1, 'text'))
			cb:free()
		end)
	end)

	it('makes frames', function()
		local cb = cbframe.new(function() end)
		require('ffi').cast('void (*)(void)', cb.p)()
		cb:free()
	end)

	it('tells errors', function()
		local cb = cbframe.cast('int (*)(int)', function() error('told', 0) end)
		local ok, message = pcall(cbframe.call, cb.p, 1)
		assert.is_false(ok)
		assert.are.equal('told', message:match '^[^\n]*')
		cb:free()
	end)
end)
