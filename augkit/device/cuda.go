package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// cudaWheels are JAX's PJRT plug-in and the NVIDIA libraries it loads, of the JAX release the CPU plug-in is from.
var cudaWheels = map[bool][]string{
	false: {"jax-cuda13-pjrt==0.11.2", "nvidia-cublas==13.*", "nvidia-cuda-cccl==13.*", "nvidia-cuda-crt==13.*",
		"nvidia-cuda-cupti==13.*", "nvidia-cuda-nvcc==13.*", "nvidia-cuda-nvrtc==13.*", "nvidia-cuda-runtime==13.*",
		"nvidia-cudnn-cu13==9.*", "nvidia-cufft==12.*", "nvidia-cusolver==12.*", "nvidia-cusparse==12.*",
		"nvidia-nccl-cu13==2.*", "nvidia-nvjitlink==13.*", "nvidia-nvshmem-cu13==3.*", "nvidia-nvvm==13.*"},
	true: {"jax-cuda12-pjrt==0.11.2", "nvidia-cublas-cu12==12.*", "nvidia-cuda-cccl-cu12==12.*", "nvidia-cuda-cupti-cu12==12.*",
		"nvidia-cuda-nvcc-cu12==12.*", "nvidia-cuda-nvrtc-cu12==12.*", "nvidia-cuda-runtime-cu12==12.*",
		"nvidia-cudnn-cu12==9.*", "nvidia-cufft-cu12==11.*", "nvidia-cusolver-cu12==11.*", "nvidia-cusparse-cu12==12.*",
		"nvidia-nccl-cu12==2.*", "nvidia-nvjitlink-cu12==12.*", "nvidia-nvshmem-cu12==3.*"},
}

// InstallCUDA installs XLA's CUDA plug-in and NVIDIA's libraries with pip, about 3 GB, into the folder nvidia below
// [PluginDir]; with old it takes CUDA 12 instead of 13.
//
// We had no GPU: this is thin and the plug-in was never seen to run. The layout is the one go-xla's installer
// makes: the plug-in finds its libraries at ../nvidia, a path built into it, so it lies in that folder itself.
func InstallCUDA(ctx context.Context, old bool, opts Options) (Plugin, error) {
	dir, err := PluginDir()
	if err != nil {
		return Plugin{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Plugin{}, fmt.Errorf("%w; choose another folder with %s", err, EnvPluginDir)
	}
	tmp, err := os.MkdirTemp(dir, ".cuda-")
	if err != nil {
		return Plugin{}, err
	}
	defer os.RemoveAll(tmp)

	args := []string{"-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--only-binary=:all:", "--target", tmp}
	cmd := exec.CommandContext(ctx, opts.python(), append(args, cudaWheels[old]...)...)
	cmd.Stdout, cmd.Stderr = opts.Log, opts.Log
	if err := cmd.Run(); err != nil {
		return Plugin{}, fmt.Errorf("pip install %s: %w", cudaWheels[old][0], err)
	}
	found, _ := filepath.Glob(filepath.Join(tmp, "jax_plugins", "*", "xla_cuda_plugin.so"))
	if len(found) != 1 {
		return Plugin{}, errors.New("the wheel " + cudaWheels[old][0] + " holds no xla_cuda_plugin.so")
	}
	plugin := Plugin{Name: "cuda", Path: filepath.Join(dir, "nvidia", "pjrt_c_api_cuda_plugin.so"), Origin: cudaWheels[old][0]}
	inTmp := filepath.Join(tmp, "nvidia", filepath.Base(plugin.Path))
	if err := os.Rename(found[0], inTmp); err != nil {
		return Plugin{}, err
	}
	if err := os.WriteFile(originFile(inTmp), []byte(plugin.Origin+"\n"), 0o644); err != nil {
		return Plugin{}, err
	}
	// One folder, so that it appears whole.
	if err := os.RemoveAll(filepath.Join(dir, "nvidia")); err != nil {
		return Plugin{}, err
	}
	if err := os.Rename(filepath.Join(tmp, "nvidia"), filepath.Join(dir, "nvidia")); err != nil {
		return Plugin{}, err
	}
	return plugin, nil
}
