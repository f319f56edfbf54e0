resource "databricks_model_serving" "fail_dev_gpu" {
  name = "dev-model"
  config {
    served_entities {
      entity_name   = "dev.ops.model"
      workload_type = "GPU_SMALL"
      workload_size = "Small"
    }
  }
}

resource "databricks_model_serving" "pass_scales_to_zero" {
  name = "dev-model"
  config {
    served_entities {
      entity_name           = "dev.ops.model"
      workload_type         = "GPU_SMALL"
      scale_to_zero_enabled = true
    }
  }
}

resource "databricks_model_serving" "pass_prod" {
  name = "prod-model"
  config {
    served_entities {
      entity_name   = "prod.ops.model"
      workload_type = "GPU_SMALL"
    }
  }
}

resource "databricks_model_serving" "pass_cpu" {
  name = "dev-model"
  config {
    served_entities {
      entity_name   = "dev.ops.model"
      workload_type = "CPU"
    }
  }
}
