-- A file of tests for busted, which forgets afterwards what it has required.
describe('the first file', function()
	local cbframe = require 'cbframe'

	it('makes callbacks', function()
		local cb = cbframe.cast('int (*)(int)', function(x) return x + 1 end)
		assert.are.equal(2, cbframe.call(cb.p, 1))
		cb:free()
	end)

	it('requires the module again', function()
		assert.are.equal(cbframe, require 'cbframe')
		assert.is_string(cbframe.layout('int (*)(int)').text)
	end)
end)
